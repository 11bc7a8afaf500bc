export { Admissions } from './admissions.ts';
export { countToday, dailyRules, dayOf, requireUploadsLeft } from './daily.ts';
export { RememberedLimits, type Throttled } from './remembered.ts';
export { selectDay } from './store.ts';
export {
  checkWindows,
  EMPTY_WINDOWS,
  type LimitStatus,
  type WindowName,
  type WindowRoom,
  type Windows,
  type WindowsVerdict,
} from './windows.ts';
