export { Admissions } from './admissions.ts';
export { EMPTY_WINDOWS, type LimitStatus, type Weighed, type WindowName, type Windows, weigh } from './windows.ts';
