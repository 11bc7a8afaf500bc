export type { ApiKey } from './api-key.ts';
export { noteNewAddress, noteRefusedAddress } from './audit.ts';
export { createKey, createKeyToReveal, createOwnKey } from './create-key.ts';
export { deleteEndedKeys } from './delete-ended-keys.ts';
export { describeKey } from './describe-key.ts';
export { findKnownHashes, type KnownHashes } from './find-known-hashes.ts';
export { generateKey, isWellFormedKey, KEY_PREFIX, maskKey, maskKeysIn } from './format.ts';
export type { KeyHealth } from './health.ts';
export { keyStatusOf } from './key-status.ts';
export { dismissLeakOf, type Leak, listLeaks } from './leaks.ts';
export { type ActiveKey, type KeyWithUsage, listActiveKeys, listKeys, listKeysWithUsage } from './list-keys.ts';
export { loadRecord, loadRecordShared } from './load-record.ts';
export type { Meter } from './meters.ts';
export { type KeyHistory, readHistory } from './read-history.ts';
export { type KeyDetail, type RotatedKey, type Rotation, readKeyDetail } from './read-key-detail.ts';
export { readUsage, readUsageSince } from './read-usage.ts';
export { decodeRecord, encodeRecord, type KeyRecord, recordEntry, recordKey, usageKey, windowsKey } from './record.ts';
export { forgetRecord, refreshRecord, reloadRecord } from './refresh-record.ts';
export { readApiKey, readApiKeyAndUse } from './require-own-key.ts';
export { hasScope, requireScope } from './require-scope.ts';
export { revealKey } from './reveal-key.ts';
export {
  announceRevocations,
  revokeAnyKey,
  revokeKey,
  revokeOwnKey,
  revokingAll,
  revokingLeaked,
} from './revoke-key.ts';
export type { RotationVerdict } from './rotation.ts';
export {
  cancelScheduledRevocation,
  type RevocationSchedule,
  revokeScheduled,
  scheduleRevocation,
} from './schedule-revocation.ts';
export {
  HISTORY_KINDS,
  type HistoryKind,
  keyPageSchema,
  type NewKey,
  newKeySchema,
  usageQuerySchema,
} from './schemas.ts';
export { SCOPE_NAMES, SCOPES, type Scope } from './scopes.ts';
export { type AuditEvent, type KeyRow, selectAdmissible } from './store.ts';
export { announceSuspension, liftSuspension } from './suspend-keys.ts';
export { syncLastUses } from './sync-last-uses.ts';
export { syncRevocations } from './sync-revocations.ts';
export type { UsageBucket } from './usage.ts';
