export { sendKeyMails } from './send-key-mails.ts';
export {
  deleteUnsentScheduleMails,
  insertMailsOfNewKey,
  insertNetworkMails,
  insertRefusalMails,
  insertRevokedMail,
  insertRevokedMailOfAll,
  insertScheduleMail,
} from './store.ts';
export { setWarnings, stopWarnings, wantsWarnings } from './warnings.ts';
