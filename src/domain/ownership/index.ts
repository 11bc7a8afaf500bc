export { changePassword } from './change-password.ts';
export { proveByProvider } from './prove-by-provider.ts';
export { resetPassword } from './reset-password.ts';
export { type Verification, verifyEmail } from './verify-email.ts';
