import { Hono } from 'hono';

/** The least that a Hono app on workerd can do: what the CPU of all other targets is divided by. */
const app = new Hono();

app.get('/', (c) => c.json({ ok: true }));

export default app;
