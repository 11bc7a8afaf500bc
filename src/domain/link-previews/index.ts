export { fetchLinkPreview } from './fetch-link-preview.ts';
