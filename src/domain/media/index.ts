export { deleteFiles, discardMedia, keepOrDiscard } from './keep-or-discard.ts';
export { linkMedia, type Media, type MediaPorts, type MediaRow, type StoredMedia } from './media.ts';
export { beginUpload, type FileBuffer, type Upload } from './memory-budget.ts';
export { fileNameOf, isObjectName } from './object-name.ts';
export { expiryOf } from './signature.ts';
export { eventMediaJson, insertMedia, mediaJson } from './store.ts';
export { storeFile } from './store-file.ts';
export { sweepObjects } from './sweep-objects.ts';
