import type { Verdict } from '@fenceline/contracts';
import type { AttemptResult } from '@fenceline/contracts/api';
import type { LabEnded } from '@fenceline/lab';

/**
 * One attempt on this worker, as a state machine without I/O: inputs are what happened, effects are what to do next.
 *
 * At each moment one piece of work is under way, and it ends with exactly one input, also where it was cut short. So
 * nothing of an attempt runs any more once it is `over`.
 */
export interface AttemptState {
  readonly stage: Stage;
  /** Why it does not go its way to the end; the strongest reason counts, and among equals the first. */
  readonly stop: StopReason | null;
  /** How it comes out, as soon as that is known. */
  readonly result: AttemptResult | null;
  /** The uploads that are complete. */
  readonly uploadIds: readonly string[];
  /** Why the checker failed at the first try; it is asked once more then, to say only that. */
  readonly judgingFailed: string | null;
  /** Whether the recording is uploaded for a look alone, as the attempt is superseded. */
  readonly surrendersUpload: boolean;
}

export type Stage =
  | 'preparing'
  | 'running'
  /** The recording. */
  | 'uploading'
  | 'judging'
  /** Verdict, report and timeline are uploaded. */
  | 'publishing'
  | 'finishing'
  | 'surrendering'
  | 'over';

/**
 * `cancel`: somebody asked for it. `time-out`: the bound of the attempt passed. `superseded`: a newer attempt exists.
 * `leave`: this worker ends, or the service stayed away; the lease runs out and the job is placed anew.
 */
export type StopReason = 'cancel' | 'time-out' | 'superseded' | 'leave';

export type Input =
  | { type: 'prepared' }
  | { type: 'not-prepared'; kind: 'error' | 'skipped'; message: string }
  /** `recorded`: there is a recording, whole or cut. */
  | { type: 'lab-ended'; end: Pick<LabEnded, 'outcome' | 'message'>; recorded: boolean }
  | { type: 'uploaded'; uploadIds: readonly string[] }
  | { type: 'not-uploaded'; superseded: boolean; message: string }
  /** `expected`: the scenario expects something of these kernels. */
  | { type: 'judged'; verdict: Verdict; expected: boolean }
  | { type: 'not-judged'; message: string }
  /** The service took what it was told last. */
  | { type: 'told' }
  /** It did not, for good. */
  | { type: 'not-told'; superseded: boolean }
  | { type: 'stop'; why: StopReason };

export type Effect =
  | { do: 'prepare' }
  | { do: 'run' }
  /** `surrender`: of a superseded attempt, which the service takes for a look alone. */
  | { do: 'upload-recording'; surrender: boolean }
  /** `failure`: why the checker failed before; it says only that. */
  | { do: 'judge'; failure: string | null }
  | { do: 'upload-judgement' }
  | { do: 'finish'; result: AttemptResult; uploadIds: readonly string[] }
  | { do: 'surrender'; uploadIds: readonly string[] }
  /** Cut short what is under way. `in-order`: keep what was recorded, as far as that takes no more than seconds. */
  | { do: 'cut-short'; how: 'in-order' | 'at-once' };

/** A step of the machine. */
export interface Step {
  state: AttemptState;
  effects: readonly Effect[];
}

/** A claimed attempt begins. */
export function begin(): Step {
  const state: AttemptState = {
    stage: 'preparing',
    stop: null,
    result: null,
    uploadIds: [],
    judgingFailed: null,
    surrendersUpload: false,
  };
  return { state, effects: [{ do: 'prepare' }] };
}

/**
 * What an input leads to.
 *
 * @throws Error for an input that cannot come at this stage: a mistake of the caller
 */
export function step(state: AttemptState, input: Input): Step {
  switch (input.type) {
    case 'stop':
      return stopped(state, input.why);
    case 'prepared':
      at(state, input, 'preparing');
      if (state.stop !== null) return conclude(state);
      return go(state, 'running', { do: 'run' });
    case 'not-prepared':
      at(state, input, 'preparing');
      return conclude(decide(state, input));
    case 'lab-ended':
      at(state, input, 'running');
      return labEnded(state, input);
    case 'uploaded':
      at(state, input, 'uploading', 'publishing');
      return uploaded({ ...state, uploadIds: [...state.uploadIds, ...input.uploadIds] });
    case 'not-uploaded':
      at(state, input, 'uploading', 'publishing');
      return notUploaded(state, input);
    case 'judged':
      at(state, input, 'judging');
      return judged(state, input);
    case 'not-judged':
      at(state, input, 'judging');
      return notJudged(state, input.message);
    case 'told':
      at(state, input, 'finishing', 'surrendering');
      return over(state);
    case 'not-told':
      at(state, input, 'finishing', 'surrendering');
      if (!input.superseded || state.stage === 'surrendering') return over(state);
      return conclude({ ...state, stop: stronger(state.stop, 'superseded') });
  }
}

const strength: Record<StopReason, number> = { cancel: 1, 'time-out': 1, superseded: 2, leave: 3 };

function stronger(now: StopReason | null, why: StopReason): StopReason {
  return now === null || strength[why] > strength[now] ? why : now;
}

function stopped(state: AttemptState, why: StopReason): Step {
  const stop = stronger(state.stop, why);
  if (stop === state.stop || state.stage === 'over') return { state, effects: [] };
  const next = { ...state, stop };
  const cut = (how: 'in-order' | 'at-once'): Step => ({
    state: next,
    effects: [{ do: 'cut-short', how }],
  });
  if (stop === 'leave') return cut('at-once');
  switch (state.stage) {
    case 'preparing':
    case 'running':
    case 'judging':
      return cut('in-order');
    // What is on its way up goes there: it is what was recorded, and the service is told afterwards.
    case 'uploading':
    case 'publishing':
    case 'finishing':
    case 'surrendering':
      return { state: next, effects: [] };
  }
}

function labEnded(state: AttemptState, { end, recorded }: Extract<Input, { type: 'lab-ended' }>) {
  const { outcome, message = 'The lab gave no reason.' } = end;
  const known = outcome === 'recorded' ? state : decide(state, { kind: outcome, message });
  if (!recorded) {
    const lost = { kind: 'error', message: 'The lab left no recording.' } as const;
    return conclude(decide(known, lost));
  }
  if (state.stop === 'leave') return over(state);
  const surrender = state.stop === 'superseded';
  return go({ ...known, surrendersUpload: surrender }, 'uploading', {
    do: 'upload-recording',
    surrender,
  });
}

function uploaded(state: AttemptState): Step {
  const onItsWay = state.stage === 'uploading' && state.stop === null && state.result === null;
  return onItsWay ? go(state, 'judging', { do: 'judge', failure: null }) : conclude(state);
}

function notUploaded(
  state: AttemptState,
  { superseded, message }: Extract<Input, { type: 'not-uploaded' }>,
): Step {
  if (!superseded) {
    // A verdict stands, whether or not its page could be kept.
    return conclude(decide(state, { kind: 'error', message }));
  }
  const next = { ...state, stop: stronger(state.stop, 'superseded') };
  // Refused although it was given up for a look: there is nothing more to be done.
  if (state.stage === 'publishing' || state.surrendersUpload) return conclude(next);
  if (next.stop === 'leave') return over(next);
  return go({ ...next, surrendersUpload: true }, 'uploading', {
    do: 'upload-recording',
    surrender: true,
  });
}

function judged(state: AttemptState, { verdict, expected }: Extract<Input, { type: 'judged' }>) {
  if (state.stop !== null) return conclude(state);
  const result: AttemptResult = expected
    ? { kind: 'judged', verdict }
    : { kind: 'skipped', message: 'The scenario expects nothing of these kernels.' };
  return go({ ...state, result }, 'publishing', { do: 'upload-judgement' });
}

/** A checker's own failure is inconclusive: it is asked to say that of the recording, with the reason. */
function notJudged(state: AttemptState, message: string): Step {
  if (state.stop !== null) return conclude(state);
  if (state.judgingFailed === null) {
    const next = { ...state, judgingFailed: message };
    return { state: next, effects: [{ do: 'judge', failure: message }] };
  }
  const why = `The recording is complete, but it could not be judged: ${message}`;
  return conclude(decide(state, { kind: 'error', message: why }));
}

/** Tells the service how it came out. */
function conclude(state: AttemptState): Step {
  const { uploadIds } = state;
  switch (state.stop) {
    case 'leave':
      return over(state);
    case 'superseded':
      return uploadIds.length === 0
        ? over(state)
        : go(state, 'surrendering', { do: 'surrender', uploadIds });
    case 'cancel':
    case 'time-out':
    case null: {
      // A verdict that is there already is better than none.
      const result =
        state.result?.kind === 'judged' ? state.result : (resultOf(state.stop) ?? state.result);
      if (result === null) throw new Error('an attempt without a result cannot be concluded');
      return go({ ...state, result }, 'finishing', { do: 'finish', result, uploadIds });
    }
  }
}

function resultOf(stop: 'cancel' | 'time-out' | null): AttemptResult | null {
  switch (stop) {
    case 'cancel':
      return { kind: 'cancelled', message: 'Cancelled on request.' };
    case 'time-out':
      return { kind: 'timeout', message: 'The time for the whole attempt passed.' };
    case null:
      return null;
  }
}

/** The first result counts. */
function decide(
  state: AttemptState,
  { kind, message }: { kind: 'error' | 'timeout' | 'cancelled' | 'skipped'; message: string },
): AttemptState {
  return state.result === null ? { ...state, result: { kind, message: cut(message) } } : state;
}

/** As long as the service takes it. */
function cut(message: string): string {
  return message.length <= 4000 ? message : `${message.slice(0, 3998)} …`;
}

function go(state: AttemptState, stage: Stage, effect: Effect): Step {
  return { state: { ...state, stage }, effects: [effect] };
}

function over(state: AttemptState): Step {
  return { state: { ...state, stage: 'over' }, effects: [] };
}

function at(state: AttemptState, input: Input, ...stages: Stage[]): void {
  if (!stages.includes(state.stage)) {
    throw new Error(`${input.type} cannot come while an attempt is ${state.stage}`);
  }
}
