export { authenticate } from './authenticate.ts';
export type { Authentication, Credentials, Limits } from './authentication.ts';
export { bearerToken } from './bearer.ts';
