import { env, waitUntil } from 'cloudflare:workers';
import { createApp, createAuth } from './better-auth.ts';

const auth = createAuth(env, 'database', waitUntil);

export default createApp(() => auth);
