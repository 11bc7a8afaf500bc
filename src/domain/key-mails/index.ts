export { sendKeyMails } from './send-key-mails.ts';
export {
  insertMailsOfNewKey,
  insertNetworkMails,
  insertRefusalMails,
  insertRevokedMail,
  insertRevokedMailOfAll,
} from './store.ts';
export { setWarnings, stopWarnings, wantsWarnings } from './warnings.ts';
