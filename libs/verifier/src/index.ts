export { judge, type Judgement } from './judge.js';
export type { JudgeInput } from './input.js';
export type { ExerciseCounters } from './exercised.js';
export { profiles, type Profile } from './profiles.js';
