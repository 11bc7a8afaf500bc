import { inject, type ProvidedContext } from 'vitest';

/** The emulators of this test process. */
export function servicesOfProcess(): ProvidedContext['services'][number] {
  const services = inject('services')[Number(process.env.VITEST_POOL_ID) - 1];
  if (!services) throw new Error('vitest numbers its processes from 1 to maxWorkers');
  return services;
}
