export {
  judgeEvidence,
  judgeOpened,
  judgeRecording,
  writeJudgement,
  type JudgedEvidence,
  type JudgedRecording,
  type JudgeOptions,
} from './judge-evidence.js';
