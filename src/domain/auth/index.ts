export { authenticate } from './authenticate.ts';
export type { Authentication, Credentials } from './authentication.ts';
export { bearerToken } from './bearer.ts';
