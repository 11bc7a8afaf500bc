export { previewJobSchema } from './schemas.ts';
export { unfurlLink } from './unfurl-link.ts';
