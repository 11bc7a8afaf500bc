import type { Endpoint } from '../endpoint.ts';
import { healthz } from './health.ts';
import { getMe } from './me.ts';
import { getPost, postPost } from './posts.ts';
import { readyz } from './readiness.ts';

/** Every endpoint of the API. */
export const ENDPOINTS: readonly Endpoint[] = [healthz, readyz, getMe, postPost, getPost];
