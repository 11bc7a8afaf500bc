import type { DeliveryDetail } from '../../../domain/webhooks/index.ts';

type AttemptError = NonNullable<DeliveryDetail['delivery']['attemptLog'][number]['error']>;

const ERRORS: Readonly<Record<AttemptError, string>> = {
  status: 'a status other than 200 to 299',
  redirect: 'a redirect, which is not followed',
  timeout: 'no response within 10 seconds',
  dns: 'the host name was not found',
  connection: 'no connection',
  tls: 'no valid certificate',
  target_not_allowed: 'the URL is not allowed any more',
};

/** Why an attempt failed, in words. */
export function attemptText(error: AttemptError): string {
  return ERRORS[error];
}
