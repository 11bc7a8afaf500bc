import * as z from 'zod';
import { timeField } from '../response-fields.ts';

const rows = (description: string) => z.array(z.looseObject({})).meta({ description });

/** Everything we keep of a person. Fields of rows are those that the service shows elsewhere, and more may come. */
export const exportSchema = z.strictObject({
  exportedAt: timeField('The start of the download.'),
  account: z.looseObject({ id: z.string(), username: z.string(), email: z.string() }),
  signInMethods: rows('A password, or an account of Google.'),
  sessions: rows('The sessions of the account.'),
  apiKeys: rows('Keys, without the keys.'),
  apiKeyHistory: rows('The history of the keys.'),
  apiKeyMails: rows('Mails about the keys, sent or still to come.'),
  apiKeyFailures: rows('Failed calls with the keys.'),
  webhooks: rows('Webhook endpoints of the keys, without their secrets.'),
  posts: rows('Jes and bounces. The addresses of files work for an hour.'),
  jesclips: rows('JesClips.'),
  comments: rows('Comments on Jes.'),
  jesclipComments: rows('Comments on JesClips.'),
  likes: rows('Jes that the person likes.'),
  saves: rows('Jes that the person keeps for later.'),
  pollVotes: rows('Votes in polls.'),
  following: rows('The accounts that the person follows.'),
  jeHubs: rows('JeHubs that the person is a member of.'),
});
