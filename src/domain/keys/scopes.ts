/** What a key may be allowed to do (contract section 5), each with the sentence its owner reads. */
export const SCOPES = {
  'write:jes': 'Post, edit, delete and bounce Jes as you.',
  'write:jesclip': 'Post and edit JesClips as you.',
  'write:comment': 'Comment as you on anything you can see.',
  'read:comment': 'Read the comments of a Jes or JesClip you can see.',
  'read:engagement': 'See the like, comment, bounce and save counts of a Jes, and the comment count of a JesClip.',
  'webhooks:manage': 'Manage the webhook endpoints of this key.',
} as const;

export type Scope = keyof typeof SCOPES;

export const SCOPE_NAMES = Object.keys(SCOPES) as [Scope, ...Scope[]];
