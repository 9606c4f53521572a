import {
  initiatorCapabilities,
  targetCapabilities,
  type ArrayNode,
  type CcrFault,
  type CcrSettings,
  type Host,
} from '@fenceline/contracts';
import {
  controllerDecisionsNamed,
  correctController,
  correctHost,
  hostDecisionsNamed,
  type ControllerDecisions,
  type FenceSettings,
  type GivenSettings,
  type HostDecisions,
} from '@fenceline/reference';
import { LabError } from '../lab-error.js';

/** What is simulated of a host: the reference host, or a Linux as far as it fences. */
export interface HostBehaviour {
  fence: FenceSettings;
  keepAlives: 'sent' | 'lost';
  digests: { header: boolean; data: boolean };
  decisions: HostDecisions;
  capabilities: string[];
}

/** What is simulated of an array node: the reference controller, or an nvmet as far as it ends commands. */
export interface NodeBehaviour {
  settings: GivenSettings;
  decisions: ControllerDecisions;
  capabilities: string[];
}

/**
 * Whether a simulated kernel of this name has Cross-Controller Reset and CQT. A simulation must not depend on the
 * kernels of the machine, so the name alone decides: our patch series is in those whose names end with `+ccr`.
 */
function hasCcr(kernel: string): boolean {
  return kernel.endsWith('+ccr');
}

export function behaviourOfHost({ kernel, initiator }: Host): HostBehaviour {
  const none = { header: false, data: false };
  if (initiator.kind === 'reference') {
    const { fence: policy, cqtZeroMs, ccrWait, readLogAfterMs, keepAlives, digests } = initiator;
    return {
      fence: { policy, cqtZeroMs, ccrWait, readLogAfterMs },
      keepAlives,
      digests: { header: digests, data: digests },
      decisions: hostDecisionsNamed(initiator.mutant),
      capabilities: initiatorCapabilities(initiator),
    };
  }
  const fences = hasCcr(kernel);
  const { cqtDefaultMs } = initiator;
  return {
    fence: {
      policy: fences ? 'ccr' : 'immediate',
      ...(cqtDefaultMs === null ? {} : { cqtZeroMs: cqtDefaultMs }),
    },
    keepAlives: 'sent',
    digests: none,
    decisions: correctHost,
    capabilities: fences ? ['ccr', 'cqt'] : [],
  };
}

/** @throws LabError for what cannot be simulated */
export function behaviourOfNode({ kernel, target, cqtMs }: ArrayNode): NodeBehaviour {
  if (target.kind === 'reference') {
    const { ccrl, tbkas, digests, ccr } = target;
    return {
      settings: { cqtMs, ccrl, tbkas, ccr, digests: { header: digests, data: digests } },
      decisions: controllerDecisionsNamed(target.mutant),
      capabilities: targetCapabilities(target, cqtMs),
    };
  }
  const resets = hasCcr(kernel);
  return {
    settings: {
      cqtMs: resets ? cqtMs : 0,
      ccrl: resets && target.ccrFault !== 'unsupported' ? 4 : 0,
      tbkas: true,
      ccr: resets ? ccrWithFault(target.ccrFault) : {},
    },
    decisions: correctController,
    capabilities: resets ? ['ccr', 'cqt'] : [],
  };
}

/** Longer than any fence. */
const neverMs = 24 * 3_600_000;

/** What the module parameter `ccr_fault` makes of a Cross-Controller Reset. */
function ccrWithFault(fault: CcrFault): Partial<CcrSettings> {
  switch (fault) {
    case 'none':
    case 'unsupported':
      return {};
    case 'refused':
      return { refuse: 'limit' };
    case 'fails':
      return { fail: true };
    case 'hangs':
      return { takesMs: neverMs };
    case 'no-event':
      return { dropEvent: true };
    case 'next-refused':
      throw new LabError('there is no ccrFault next-refused in a simulation');
  }
}
