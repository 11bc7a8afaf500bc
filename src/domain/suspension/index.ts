export { type Suspension, suspendAccount, unsuspendAccount } from './suspend-account.ts';
