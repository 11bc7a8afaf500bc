import type { Api, Entry } from './api.ts';
import { tagged } from './reference.ts';

/**
 * The API as a Postman collection, which Bruno and Insomnia import as well. The key is a variable of theirs.
 *
 * @see https://schema.postman.com/json/collection/v2.1.0/docs/index.html
 */
export function collectionOf(api: Api, apiOrigin: string): object {
  return {
    info: {
      name: 'Jestha API',
      description: 'Set the variable JESTHA_API_KEY to a key of yours, as a secret.',
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    variable: [
      { key: 'origin', value: apiOrigin },
      { key: 'JESTHA_API_KEY', value: '' },
    ],
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{JESTHA_API_KEY}}', type: 'string' }] },
    item: tagged(api).map(({ tag, description, entries }) => ({
      name: tag,
      description,
      item: entries.map((entry) => ({ name: entry.operation.summary, request: requestOf(entry) })),
    })),
  };
}

function requestOf({ endpoint, operation, path, parameters, json, form }: Entry): object {
  const within = (where: string) => parameters.filter((one) => one.in === where);
  const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1');
  const query = within('query').map(({ name, description }) => ({ key: name, value: '', disabled: true, description }));
  return {
    method: endpoint.method,
    description: operation.description,
    ...(endpoint.access === 'caller' ? {} : { auth: { type: 'noauth' } }),
    header: json?.example === undefined ? [] : [{ key: 'Content-Type', value: 'application/json' }],
    url: {
      raw: `{{origin}}${pattern}`,
      host: ['{{origin}}'],
      path: pattern.slice(1).split('/'),
      query,
      variable: within('path').map(({ name, schema }) => ({ key: name, value: String(schema.examples?.[0] ?? '') })),
    },
    ...(json?.example !== undefined
      ? { body: { mode: 'raw', raw: JSON.stringify(json.example, null, 2), options: { raw: { language: 'json' } } } }
      : form && {
          body: {
            mode: 'formdata',
            formdata: Object.entries(form.schema.properties ?? {}).map(([key, { format }]) => ({
              key,
              type: format === 'binary' ? 'file' : 'text',
              ...(format !== 'binary' && { value: '' }),
            })),
          },
        }),
  };
}
