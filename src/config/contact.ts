/** Where integrators and people reach those who run the API; the mailbox must exist ([DEPLOYMENT.md](../DEPLOYMENT.md)). */
export const CONTACT_EMAIL = 'developers@jestha.com';
