import { Hono } from 'hono';

/** The least that a Hono app on workerd can do: the CPU of all other targets is divided by its own. */
const app = new Hono();

app.get('/', (c) => c.json({ ok: true }));

export default app;
