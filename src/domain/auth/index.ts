export { authenticate } from './authenticate.ts';
export type { Authentication, ClientAddress, Limits } from './authentication.ts';
