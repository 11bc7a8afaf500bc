export { requireGithubSignature } from './github-signature.ts';
export { type GithubMatch, reportByGithub } from './report-by-github.ts';
export { reportKeys } from './report-keys.ts';
export { githubReportSchema, keyReportSchema } from './schemas.ts';
export { sendLeakMails } from './send-leak-mails.ts';
