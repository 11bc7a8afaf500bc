export { Admissions } from './admissions.ts';
export { countToday, dailyRules, dayOf, requireUploadsLeft } from './daily.ts';
export { type Limited, RememberedLimits, type Throttled } from './remembered.ts';
export { selectDay } from './store.ts';
export {
  EMPTY_WINDOWS,
  type LimitStatus,
  type Weighed,
  type WindowName,
  type WindowRoom,
  type Windows,
  weigh,
} from './windows.ts';
