export { judgeEvidence, type JudgedEvidence, type JudgeOptions } from './judge-evidence.js';
