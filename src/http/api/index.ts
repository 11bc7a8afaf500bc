import { getMe } from './accounts/me.ts';
import { ownAccountEndpoints } from './accounts/own-account.ts';
import { ownKeyEndpoints } from './accounts/own-key.ts';
import { signInEndpoints } from './accounts/routes.ts';
import { apiKeyEndpoints } from './api-keys/routes.ts';
import { commentEndpoints } from './comments/routes.ts';
import type { Endpoint } from './endpoint.ts';
import { jesClipEndpoints } from './jesclips/routes.ts';
import { keyReportEndpoints } from './key-reports/routes.ts';
import { postEndpoints } from './posts/routes.ts';
import { getOpenapi } from './service/document.ts';
import { healthz, readyz } from './service/health.ts';
import { socialEndpoints } from './social/routes.ts';
import { webhookEndpoints } from './webhooks/routes.ts';

/** Every endpoint of the API, in the order of the reference. */
export const ENDPOINTS: readonly Endpoint[] = [
  healthz,
  readyz,
  getOpenapi(() => ENDPOINTS),
  getMe,
  ...ownKeyEndpoints,
  ...postEndpoints,
  ...commentEndpoints,
  ...jesClipEndpoints,
  ...socialEndpoints,
  ...signInEndpoints,
  ...ownAccountEndpoints,
  ...apiKeyEndpoints,
  ...webhookEndpoints,
  ...keyReportEndpoints,
];
