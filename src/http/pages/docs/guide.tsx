import { ERRORS, type ErrorCode } from '../../../config/errors.ts';
import {
  ACTIVE_KEYS_PER_ACCOUNT,
  ALLOWLIST_MAX_ENTRIES,
  ALT_MAX_CHARACTERS,
  COMMENTS_PER_PAGE,
  COMMENTS_PER_PAGE_MAX,
  CREATIONS_PER_DAY,
  DAILY_LIMITS,
  HOUR_MS,
  IDEMPOTENCY_KEPT_MS,
  IDEMPOTENCY_KEY_MAX_CHARACTERS,
  JSON_BODY_MAX_BYTES,
  LABEL_MAX_CHARACTERS,
  POSTS_PER_MINUTE,
  PREVIEWS_PER_ACCOUNT,
  REQUESTS_PER_DAY,
  REQUESTS_PER_MINUTE,
  SIGNED_URL_TTL_MS,
  THROTTLES,
  UPLOAD_LIMITS,
  WEBHOOK_RETRY_WAITS_MS,
  WEBHOOK_ROTATION_MS,
  WEBHOOKS_PER_KEY,
} from '../../../config/limits.ts';
import { SCOPES, type Scope } from '../../../domain/keys/index.ts';
import { MEDIA_TYPES } from '../../../lib/media/inspect.ts';
import type { Markup } from '../render.ts';
import { ADVICE, STATUSES } from './advice.ts';
import type { Api } from './api.ts';
import { anchorOf } from './operation.tsx';
import { RECEIVERS } from './webhook-samples.ts';
import { Code, count, P, Words } from './words.tsx';

interface GuideProps {
  readonly api: Api;
  readonly apiOrigin: string;
}

/** The chapters before the reference. */
export const CHAPTERS: readonly {
  readonly id: string;
  readonly title: string;
  readonly Body: (props: GuideProps) => Markup;
}[] = [
  { id: 'quickstart', title: 'Quickstart', Body: Quickstart },
  { id: 'keys', title: 'API keys', Body: Keys },
  { id: 'scopes', title: 'Scopes', Body: ScopeList },
  { id: 'limits', title: 'Limits', Body: Limits },
  { id: 'idempotency', title: 'Idempotency', Body: Idempotency },
  { id: 'media', title: 'Media', Body: Media },
  { id: 'webhooks', title: 'Webhooks', Body: Webhooks },
  { id: 'pagination', title: 'Pagination', Body: Pagination },
  { id: 'visibility', title: 'Who sees what', Body: Visibility },
  { id: 'conventions', title: 'Conventions', Body: Conventions },
  { id: 'errors', title: 'Errors', Body: ErrorTable },
];

const MIB = 1_024 * 1_024;
const { files: FILES, fileBytes: FILE_BYTES } = UPLOAD_LIMITS.apiKey;

function Quickstart({ apiOrigin }: GuideProps): Markup {
  return (
    <>
      <ol class="steps">
        <li>
          <P>
            {
              'Sign up, open the link in the mail that follows, then generate a key in [Settings → API access](/settings/api-access). Tick what it may do: `write:jes` and `read:engagement` will do for these three calls. It is shown once, so put it where your secrets live, and in your shell:'
            }
          </P>
          <Code id="quickstart-key" title="shell">
            {'export JESTHA_KEY=jes_live_…'}
          </Code>
        </li>
        <li>
          <P>{'Ask who you are. This needs no scope, and answers `200` with the account that the key acts for:'}</P>
          <Code id="quickstart-me" title="curl">
            {`curl -i ${apiOrigin}/api/auth/me \\\n  -H "Authorization: Bearer $JESTHA_KEY"`}
          </Code>
        </li>
        <li>
          <P>{'Post your first Jes. It answers `201` with the Jes; open its `url` to see it as others do:'}</P>
          <Code id="quickstart-post" title="curl">
            {`curl -i ${apiOrigin}/api/posts \\\n  -H "Authorization: Bearer $JESTHA_KEY" \\\n  -H 'Content-Type: application/json' \\\n  -d '{"content":"Hello from my service"}'`}
          </Code>
        </li>
      </ol>
      <P>
        {
          'Something else came back? Its `code` is explained under [errors](#errors). Prefer to look first: below every call with a key is a form that [tries it](#op-getMe). In TypeScript, the client `jestha-api/client` knows the types of every request, answer and error; for other languages, generators read [openapi.json](/openapi.json).'
        }
      </P>
    </>
  );
}

function Keys(): Markup {
  return (
    <>
      <P>
        {
          'A key acts as one account and as nobody else. It begins with `jes_live_`, is 58 characters long and ends in a checksum, so that a mistyped one is noticed at once. It goes into one header of every request, and works nowhere else: not in a URL, not in a cookie.'
        }
      </P>
      <Code id="keys-header" title="header">
        {'Authorization: Bearer jes_live_…'}
      </Code>
      <P>
        {`What a key is, is settled when it is generated and cannot be changed: a label of at most ${LABEL_MAX_CHARACTERS} characters, which readers see as “via …” on what it posts; its [scopes](#scopes); when it expires, if ever; and the addresses it works from.`}
      </P>
      <dl class="facts-list">
        <dt>Shown once</dt>
        <dd>
          <Words>
            {
              'We keep a hash, so nobody can show you the key again. Lists and logs have its masked form, `jes_live_a1b2****`.'
            }
          </Words>
        </dd>
        <dt>Several keys</dt>
        <dd>
          <Words>
            {`At most ${ACTIVE_KEYS_PER_ACCOUNT} active keys per account. A service that posts for many people holds one key of each.`}
          </Words>
        </dd>
        <dt>Replacing a key</dt>
        <dd>
          <Words>
            {
              'Generate the new one, hand it to your service, watch the old one’s last use in Settings stand still, revoke it. Both work meanwhile. A revocation holds from the moment it is answered.'
            }
          </Words>
        </dd>
        <dt>Allowed addresses</dt>
        <dd>
          <Words>
            {`Up to ${ALLOWLIST_MAX_ENTRIES} IPv4 or IPv6 addresses or networks in CIDR notation. \`::192.0.2.1\` and the range that all Cloudflare Workers share are refused as entries. From elsewhere the key is refused with [ip_not_allowed](#error-ip_not_allowed). Without a list it works from anywhere.`}
          </Words>
        </dd>
        <dt>Expiry</dt>
        <dd>
          <Words>
            {
              'Never, after 30 days, 90 days or a year, or on a day you choose; then [api_key_expired](#error-api_key_expired).'
            }
          </Words>
        </dd>
        <dt>Keeping it secret</dt>
        <dd>
          <Words>
            {
              'Whoever has the key is you, within its scopes. Keep it out of repositories, browsers, apps and logs; give it few scopes, an expiry and a list of addresses. If it got out, revoke it. Whoever finds a key can [report it](/report-key), and we mail its owner. Scanners find keys by `jes_live_[0-9A-Za-z]{49}`; the rule for Gitleaks stands below.'
            }
          </Words>
        </dd>
      </dl>
      <Code id="keys-gitleaks" title=".gitleaks.toml">
        {
          '[[rules]]\nid = "jestha-api-key"\ndescription = "Jestha API key"\nregex = \'\'\'\\bjes_live_[0-9A-Za-z]{49}\\b\'\'\'\nkeywords = ["jes_live_"]'
        }
      </Code>
      <Code id="keys-trufflehog" title="TruffleHog, detectors.yaml">
        {
          'detectors:\n  - name: JesthaApiKey\n    keywords: [jes_live_]\n    regex:\n      key: "\\\\bjes_live_[0-9A-Za-z]{49}\\\\b"'
        }
      </Code>
    </>
  );
}

/** Of scopes that no call demands as a whole. */
const NOTES: Readonly<Record<string, string>> = {
  'read:engagement': 'Without it `counts` is left out.',
  'webhooks:manage': 'A key manages its own [webhooks](#webhooks), never those of another.',
};

function ScopeList({ api }: GuideProps): Markup {
  const grants = (scope: Scope) =>
    api.entries.filter(({ endpoint }) => endpoint.access === 'caller' && endpoint.scope === scope);
  return (
    <>
      <P>
        {
          'A key may do what its scopes name, and read any one [Jes](#op-getPost) or [JesClip](#op-getJesClip) that its account can see. Without the scope a call answers [missing_scope](#error-missing_scope). Liking, following, voting and everything about the account itself is for signed-in people only.'
        }
      </P>
      <dl class="facts-list">
        {Object.entries(SCOPES).map(([scope, sentence]) => (
          <>
            <dt id={`scope-${scope}`}>
              <code>{scope}</code>
            </dt>
            <dd>
              {sentence} <Words>{NOTES[scope] ?? ''}</Words>
              <ul>
                {grants(scope as Scope).map(({ endpoint, path }) => (
                  <li>
                    <a href={`#${anchorOf(endpoint)}`}>
                      <code>
                        {endpoint.method} {path}
                      </code>
                    </a>
                  </li>
                ))}
              </ul>
            </dd>
          </>
        ))}
      </dl>
    </>
  );
}

function Limits(): Markup {
  const rows: readonly (readonly [string, number, string])[] = [
    ['Requests', REQUESTS_PER_MINUTE, 'key, rolling minute'],
    ['Requests', REQUESTS_PER_DAY, 'key, rolling 24 hours'],
    ['POST /api/posts', POSTS_PER_MINUTE, 'key, rolling minute'],
    ['Jes and JesClips created', CREATIONS_PER_DAY, 'account, UTC day, all its keys together'],
    ['Active keys', ACTIVE_KEYS_PER_ACCOUNT, 'account'],
    ['Webhook endpoints', WEBHOOKS_PER_KEY, 'key'],
    ['Files', FILES, `request, each at most ${FILE_BYTES / MIB} MB`],
    ['JSON body', JSON_BODY_MAX_BYTES, 'bytes, request'],
    ['Links fetched for previews', PREVIEWS_PER_ACCOUNT, 'account, hour; each URL once an hour'],
    ['Writes by a signed-in person', THROTTLES.personWrites.attempts, 'account, rolling minute'],
    ['New Jes and JesClips by a signed-in person', THROTTLES.personJes.attempts, 'account, rolling minute'],
    ['New Jes and JesClips by a signed-in person', DAILY_LIMITS.jes.limit, 'account, UTC day'],
    ['New JeHubs', DAILY_LIMITS.jehubs.limit, 'account, UTC day'],
    ['Follows', DAILY_LIMITS.follows.limit, 'account, UTC day'],
    ['Files by a signed-in person', DAILY_LIMITS.uploads.limit, 'account, UTC day, 2 GiB together'],
    ['Keys generated', DAILY_LIMITS.keys.limit, 'account, UTC day'],
  ];
  return (
    <>
      <table>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">At most</th>
            <th scope="col">Per</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([what, most, per]) => (
            <tr>
              <td>{what}</td>
              <td>{count(most)}</td>
              <td>{per}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <P>
        {
          'Every answer to a valid key says how the minute stands: `X-RateLimit-Limit`, `X-RateLimit-Remaining`, and `X-RateLimit-Reset`, the unix second at which the oldest request leaves the window. Beyond a limit the answer is 429, with `Retry-After`; it counts for nothing, so waiting as long as it says works. The daily quota counts what was really created: a failed call costs nothing, a deletion gives nothing back.'
        }
      </P>
      <P>
        {'`X-Jestha-Degraded: limits` means that a stand-in counts for a while; what remains is then an upper bound.'}
      </P>
    </>
  );
}

function Idempotency({ apiOrigin }: GuideProps): Markup {
  return (
    <>
      <P>
        {`A connection breaks, and you do not know whether your Jes was posted. Send writes with an \`Idempotency-Key\` of your own, at most ${IDEMPOTENCY_KEY_MAX_CHARACTERS} visible ASCII characters, and simply send them again: within ${IDEMPOTENCY_KEPT_MS / HOUR_MS} hours the same request gets the same answer, byte for byte, with \`Idempotent-Replayed: true\`, and is done once.`}
      </P>
      <Code id="idempotency-curl" title="curl">
        {`curl ${apiOrigin}/api/posts \\\n  -H "Authorization: Bearer $JESTHA_KEY" \\\n  -H 'Idempotency-Key: order-4711-shipped' \\\n  -H 'Content-Type: application/json' \\\n  -d '{"content":"Order 4711 is on its way"}'`}
      </Code>
      <P>
        {
          'The same key with another body is [idempotency_key_reused](#error-idempotency_key_reused); while the first still runs, a second is [idempotency_in_progress](#error-idempotency_in_progress). Errors are not kept: mend the request and use the key again.'
        }
      </P>
    </>
  );
}

function Media({ apiOrigin }: GuideProps): Markup {
  return (
    <>
      <P>
        {`A Jes may carry up to ${FILES} files of ${FILE_BYTES / MIB} MB each; a [JesClip](#op-createJesClip) is one video. Send \`multipart/form-data\` with the same fields as in JSON. \`location\` and \`poll\` are JSON there: a text field, or a part of type \`application/json\`, with or without a file name.`}
      </P>
      <Code id="media-curl" title="curl">
        {`curl ${apiOrigin}/api/posts \\\n  -H "Authorization: Bearer $JESTHA_KEY" \\\n  -F 'content=Seen this morning' \\\n  -F media=@fox.jpg \\\n  -F 'alt=A fox asleep on a garden wall' \\\n  -F media=@fox.mp4 \\\n  -F 'alt=The fox wakes up and jumps down'`}
      </Code>
      <P>
        {`Some people hear a page instead of seeing it. Describe each file to them: the n-th \`alt\`, at most ${ALT_MAX_CHARACTERS.toLocaleString('en-US')} characters, is for the n-th file, and an empty one for a file without a description. One field may hold a JSON list of all. Say what matters in the picture, and repeat a text that it shows. The page of a Jes, its answers and its events carry the texts; without one, the page names the author only. [Edit a Jes](#op-editPost) with \`media: [{ id, alt }]\` to add, change or remove one. The video of a JesClip has its caption, so its \`alt\` is null.`}
      </P>
      <P>
        {`Taken are ${MEDIA_TYPES.map((type) => `\`${type}\``).join(', ')}. The bytes of a file decide its type; its name does not. A \`Content-Type\` may be left out; one that names another type is refused. We remove metadata, such as the place where a photo was taken, and all that phones append to a JPEG: films, further pictures. The \`url\` of a file that is not for everybody is signed and lasts ${SIGNED_URL_TTL_MS / HOUR_MS === 1 ? 'an hour' : `${SIGNED_URL_TTL_MS / HOUR_MS} hours`}; read the Jes again for a new one.`}
      </P>
    </>
  );
}

/** `5 minutes`, `2 hours`. */
function span(ms: number): string {
  const minute = HOUR_MS / 60;
  const [size, unit] = ms < minute ? [1_000, 'second'] : ms < HOUR_MS ? [minute, 'minute'] : [HOUR_MS, 'hour'];
  const n = ms / size;
  return `${n} ${unit}${n === 1 ? '' : 's'}`;
}

function Webhooks({ apiOrigin }: GuideProps): Markup {
  return (
    <>
      <P>
        {`An endpoint is a URL of yours that receives what happens in the account, as it happens. Add up to ${WEBHOOKS_PER_KEY} to each key, in [Settings → API access](/settings/api-access) or [through the API](#op-createWebhook), each with the events it wants. Whatever the account does is sent: by this key, by another, or by the person.`}
      </P>
      <dl class="facts-list">
        <dt>
          <code>jes.created</code>
        </dt>
        <dd>
          <Words>{'A Jes, a bounce or a quote-bounce; `data.jes` is the Jes.'}</Words>
        </dd>
        <dt>
          <code>jesclip.created</code>
        </dt>
        <dd>
          <Words>{'A JesClip; `data.jesclip`.'}</Words>
        </dd>
        <dt>
          <code>comment.created</code>
        </dt>
        <dd>
          <Words>{'A comment of the account, on a Jes or a JesClip; `data.comment`.'}</Words>
        </dd>
        <dt>
          <code>apikey.revoked</code>
        </dt>
        <dd>
          <Words>
            {
              'A key of the account was revoked, for whatever reason; `data.apiKey`. The endpoints of that key receive this last.'
            }
          </Words>
        </dd>
      </dl>
      <Code id="webhooks-event" title="body">
        {`{"event":"jes.created","id":"evt_5f0c8a52-7d0b-4a8e-9d57-0b6f3c1c9a11","created_at":"2026-11-24T12:00:00.000Z","data":{"jes":{ … }}}`}
      </Code>
      <P>
        {
          'Verify every request before you believe it. The headers `webhook-id`, `webhook-timestamp` and `webhook-signature` follow [Standard Webhooks](https://www.standardwebhooks.com), whose libraries work too: HMAC-SHA-256 with your secret over `{id}.{timestamp}.{body}`, the body as it came. Refuse a timestamp that is more than five minutes off.'
        }
      </P>
      <Code id="webhooks-client" title="client">
        {RECEIVERS.client}
      </Code>
      <Code id="webhooks-node" title="Node">
        {RECEIVERS.node}
      </Code>
      <Code id="webhooks-python" title="Python">
        {RECEIVERS.python}
      </Code>
      <P>
        {
          'Answer 2xx within 10 seconds, and do the work afterwards. Events come at least once and in no promised order: keep the `id` of each, and answer one that you know with 2xx. Redirects are not followed.'
        }
      </P>
      <P>
        {`Any other answer fails the attempt, and the next follows after ${WEBHOOK_RETRY_WAITS_MS.filter((ms) => ms > 0)
          .map(span)
          .join(
            ', ',
          )}, give or take a tenth. 429 and 503 may say when by \`Retry-After\`, up to a day. 410 disables the endpoint at once; five days without a success disable it, and a mail says so before. What was missed can be [replayed](#op-replayWebhook) for 30 days.`}
      </P>
      <P>
        {`[Rotate the secret](#op-rotateWebhookSecret) at any time: for ${WEBHOOK_ROTATION_MS / HOUR_MS} hours both secrets sign, so the header holds two signatures, parted by a space. Settings has *Check my receiver*, which sends six requests, right and wrong, and says what each met.`}
      </P>
      <P>
        {
          'Without a public URL, [poll](#op-listEvents): the same events, the oldest first, with the same ids and bytes. Keep `nextCursor` and send it next time; no event that commits later comes before it.'
        }
      </P>
      <Code id="webhooks-poll" title="curl">
        {`curl ${apiOrigin}/api/auth/api-keys/$KEY_ID/events?cursor=$CURSOR \\\n  -H "Authorization: Bearer $JESTHA_KEY"`}
      </Code>
    </>
  );
}

function Pagination(): Markup {
  return (
    <P>
      {`Lists come in pages of ${COMMENTS_PER_PAGE}, or of as many as \`limit\` says, at most ${COMMENTS_PER_PAGE_MAX}. As long as \`nextCursor\` is not null, send it as \`cursor\` for the next page. A cursor is opaque, and pages do not shift when others write meanwhile.`}
    </P>
  );
}

function Visibility(): Markup {
  return (
    <>
      <P>{'A key sees what its account sees, and that is all of its own, and of others:'}</P>
      <dl class="facts-list">
        <dt>
          <code>PUBLIC</code>
        </dt>
        <dd>Everybody; of a private account, its followers.</dd>
        <dt>
          <code>FOLLOWERS</code>
        </dt>
        <dd>Who follows the author.</dd>
        <dt>
          <code>PRIVATE</code>
        </dt>
        <dd>The author alone.</dd>
        <dt>In a JeHub</dt>
        <dd>Its members.</dd>
      </dl>
      <P>
        {
          'What the account may not see answers [not_found](#error-not_found), as if it were not there. Changing what it sees but does not own answers [not_owner](#error-not_owner).'
        }
      </P>
    </>
  );
}

function Conventions(): Markup {
  return (
    <P>
      {`Bodies and answers are JSON in UTF-8. Ids are ULIDs and never change; usernames may. Times are ISO 8601 in UTC with milliseconds. Characters are Unicode code points. Names, labels and options lose white space around them; a text must show something. A \`@name\` is ASCII, and letters of other scripts may touch it. Unknown fields are refused, so that a typing error is noticed. Every answer names its request in \`X-Request-Id\` and the version of this API in \`X-Jestha-Api-Version: 1\`; new fields may be added to answers under the same version.`}
    </P>
  );
}

function ErrorTable({ api }: GuideProps): Markup {
  const codes = Object.keys(ERRORS) as ErrorCode[];
  const groups = [...Map.groupBy(codes, (code) => ERRORS[code].status)].sort(([a], [b]) => a - b);
  return (
    <>
      <P>
        {
          'Success is `200` for what was read or changed, `201` for what was created, `204` for what is gone, and `304` for what you have already. Everything else is an error, and looks like this:'
        }
      </P>
      <Code id="errors-example" title="403">
        {JSON.stringify(
          {
            error: ERRORS.missing_scope.title,
            message: api.messageOf('missing_scope'),
            code: 'missing_scope',
            requestId: '01M869VN7EYF8NJ2ZH8JWRAHHG',
            docs: 'https://jestha.com/docs#error-rate_limit_exceeded',
            requiredScope: 'write:jes',
          },
          null,
          2,
        )}
      </Code>
      <P>
        {
          'Program against `code`; it never changes. `message` is for people, `requestId` for support, and `docs` leads to the code below. [Failed calls](#op-listKeyFailures) are listed.'
        }
      </P>
      {groups.map(([status, group]) => (
        <section class="status">
          <h3 id={`status-${status}`}>{status}</h3>
          <P>{STATUSES[status]}</P>
          <dl class="facts-list">
            {group.map((code) => (
              <>
                <dt id={`error-${code}`}>
                  <a href={`#error-${code}`}>
                    <code>{code}</code>
                  </a>
                </dt>
                <dd>
                  <q>{api.messageOf(code) ?? ERRORS[code].title}</q> <Words>{ADVICE[code]}</Words>
                </dd>
              </>
            ))}
          </dl>
        </section>
      ))}
    </>
  );
}
