export type { ReportInput } from './input.js';
export { htmlReport } from './html/html-report.js';
export { terminalReport, type TerminalReportOptions } from './terminal/terminal-report.js';
export { junitDocument, type JunitCase, type JunitSuite } from './ci/junit-document.js';
export { junitReport } from './ci/junit-report.js';
export { kcidbReport } from './ci/kcidb-report.js';
export { ktapReport } from './ci/ktap-report.js';
export * from './timeline/format.js';
export {
  decodeBins,
  decodeColumns,
  decodeHeader,
  decodeItems,
  headerLength,
} from './timeline/decode-timeline.js';
export type { TimelineItem } from './timeline/items.js';
export { timelineTiles } from './timeline/timeline-tiles.js';
