export { fetchLinkPreview } from './fetch-link-preview.ts';
export { previewJobSchema } from './schemas.ts';
