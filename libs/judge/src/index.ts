export {
  judgeEvidence,
  judgeRecording,
  writeJudgement,
  type JudgedEvidence,
  type JudgedRecording,
  type JudgeOptions,
} from './judge-evidence.js';
