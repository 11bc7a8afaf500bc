export { asCreation } from './as-creation.ts';
export { type Entities, findEntities, segmentsOf } from './entities.ts';
export { readForVisitors } from './for-visitors.ts';
export { type OpenFile, openMedia } from './open-media.ts';
export { refuseOthers } from './refuse-others.ts';
export { accountsNamed, asBody, authorJson, mentionsJson, textArray, viaJson } from './store.ts';
export { type Author, type EventView, type View, type Visibility, viewOf, visibility } from './view.ts';
export { type PostAlias, visibleTo, withAuthor } from './visibility.ts';
