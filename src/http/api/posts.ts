import { createPost, readPost } from '../../domain/posts/index.ts';
import type { ApiKeyEndpoint } from '../endpoint.ts';
import { readJson } from '../read-json.ts';
import { reply } from '../reply.ts';

export const postPost: ApiKeyEndpoint = {
  method: 'POST',
  path: '/api/posts',
  access: 'apiKey',
  scope: 'write:jes',
  isPost: true,
  answer: async (exchange, { ctx }) => reply(exchange, 201, await createPost(ctx, await readJson(exchange.c.req.raw))),
};

export const getPost: ApiKeyEndpoint = {
  method: 'GET',
  path: '/api/posts/:id',
  access: 'apiKey',
  answer: async (exchange, { ctx }) => reply(exchange, 200, await readPost(ctx, exchange.c.req.param('id') ?? '')),
};
