export { authenticate } from './authenticate.ts';
export type { Authentication, Credentials, Limits } from './authentication.ts';
