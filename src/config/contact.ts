/** The address at which integrators and people reach us; the mailbox must exist ([DEPLOYMENT.md](../DEPLOYMENT.md)). */
export const CONTACT_EMAIL = 'developers@jestha.com';
