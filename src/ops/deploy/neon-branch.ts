import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';

/** A branch is ready within seconds. */
const READY_TIMEOUT_MS = 60_000;
const READY_INTERVAL_MS = 1_000;

/** Neon's API, for one project. The key should be of that project alone. */
export interface NeonProject {
  /** `https://console.neon.tech/api/v2` */
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly projectId: string;
}

const branchSchema = z.object({ id: z.string(), name: z.string(), current_state: z.string() });
const branchesSchema = z.object({ branches: z.array(branchSchema) });
const createdSchema = z.object({ branch: branchSchema });
const databasesSchema = z.object({ databases: z.array(z.object({ name: z.string(), owner_name: z.string() })) });
const uriSchema = z.object({ uri: z.string() });

/**
 * A branch of the project's default branch, made unless it exists.
 *
 * @returns the connection string, which is a secret
 */
export async function makeBranch(project: NeonProject, name: string): Promise<string> {
  const branch = (await findBranch(project, name)) ?? (await createBranch(project, name));
  await untilReady(project, branch.id);
  const { databases } = databasesSchema.parse(await call(project, 'GET', `/branches/${branch.id}/databases`));
  const [database] = databases;
  if (!database) throw new Error(`The branch ${name} has no database.`);
  const query = new URLSearchParams({
    branch_id: branch.id,
    database_name: database.name,
    role_name: database.owner_name,
  });
  return uriSchema.parse(await call(project, 'GET', `/connection_uri?${query}`)).uri;
}

/** @returns true if the branch existed */
export async function deleteBranch(project: NeonProject, name: string): Promise<boolean> {
  const branch = await findBranch(project, name);
  if (branch) await call(project, 'DELETE', `/branches/${branch.id}`);
  return branch !== undefined;
}

async function findBranch(project: NeonProject, name: string) {
  const query = new URLSearchParams({ search: name });
  const { branches } = branchesSchema.parse(await call(project, 'GET', `/branches?${query}`));
  // The search finds parts of names, too.
  return branches.find((branch) => branch.name === name);
}

async function createBranch(project: NeonProject, name: string) {
  const body = { branch: { name }, endpoints: [{ type: 'read_write' }] };
  return createdSchema.parse(await call(project, 'POST', '/branches', body)).branch;
}

async function untilReady(project: NeonProject, id: string): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const { branch } = createdSchema.parse(await call(project, 'GET', `/branches/${id}`));
    if (branch.current_state === 'ready') return;
    if (Date.now() > deadline) throw new Error(`The branch ${branch.name} is not ready, but ${branch.current_state}.`);
    await delay(READY_INTERVAL_MS);
  }
}

async function call({ apiUrl, apiKey, projectId }: NeonProject, method: string, path: string, body?: unknown) {
  const response = await fetch(`${apiUrl}/projects/${encodeURIComponent(projectId)}${path}`, {
    method,
    headers: { Authorization: `Bearer ${apiKey}`, Accept: 'application/json', 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  // The body of Neon's answer may hold a password; the path does not.
  if (!response.ok) throw new Error(`Neon: ${method} ${path.split('?')[0]} answered ${response.status}.`);
  return (await response.json()) as unknown;
}
