export type { ReportInput } from './input.js';
export { htmlReport } from './html/html-report.js';
export { terminalReport, type TerminalReportOptions } from './terminal/terminal-report.js';
export { junitDocument, type JunitCase, type JunitSuite } from './ci/junit-document.js';
export { junitReport } from './ci/junit-report.js';
export { kcidbReport } from './ci/kcidb-report.js';
export { ktapReport } from './ci/ktap-report.js';
export * from './timeline/index.js';
export { timelineTiles } from './timeline/timeline-tiles.js';
