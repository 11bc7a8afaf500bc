export { suspendAccount, unsuspendAccount } from './suspend-account.ts';
