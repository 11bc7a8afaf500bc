import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { newSecret, openSecret, sealSecret } from '../../../src/domain/deliveries/secret.ts';
import { signatureHeaders } from '../../../src/domain/deliveries/signature.ts';

const nowS = () => Math.floor(Date.now() / 1_000);

describe('a signature', () => {
  test('is that of the vector of Standard Webhooks', async () => {
    const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body: '{"test": 2432232314}' };
    expect(await signatureHeaders(message, ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'])).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  test('of two secrets is verified with either, and with no third', async () => {
    const [present, previous, other] = [newSecret(), newSecret(), newSecret()];
    const body = '{"content":"Zoë 🦊"}';
    const headers = await signatureHeaders({ id: 'evt_1', timestamp: nowS(), body }, [present, previous]);
    for (const secret of [present, previous])
      expect(new Webhook(secret).verify(body, headers)).toEqual({ content: 'Zoë 🦊' });
    expect(() => new Webhook(other).verify(body, headers)).toThrow('No matching signature found');
    expect(() => new Webhook(present).verify(`${body} `, headers)).toThrow('No matching signature found');
  });
});

describe('a secret', () => {
  test('is new each time, and 32 bytes', () => {
    const secrets = new Set(Array.from({ length: 100 }, newSecret));
    expect(secrets.size).toBe(100);
    for (const secret of secrets) expect(secret).toMatch(/^whsec_[0-9A-Za-z+/]{43}=$/);
  });

  test('is kept encrypted, for one endpoint, and survives the rotation of its key', async () => {
    const secret = newSecret();
    const sealed = await sealSecret(['the key of today'], secret, 'endpoint-1');
    expect(sealed).not.toContain(secret.slice(6));
    expect(await openSecret(['the key of today'], sealed, 'endpoint-1')).toBe(secret);
    expect(await openSecret(['the key of tomorrow', 'the key of today'], sealed, 'endpoint-1')).toBe(secret);
    await expect(openSecret(['the key of tomorrow'], sealed, 'endpoint-1')).rejects.toThrow(/^no WEBHOOK_SECRET_KEY/);
    await expect(openSecret(['the key of today'], sealed, 'endpoint-2')).rejects.toThrow(/^no WEBHOOK_SECRET_KEY/);
  });
});
