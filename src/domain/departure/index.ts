export { deleteAccount } from './delete-account.ts';
export { purgeAccounts } from './purge-accounts.ts';
