import { changesMedium, forEachBlock, never, type History } from '@fenceline/history';
import { NumbersByPlace, Places } from './numbers-by-place.js';

/** The blocks that were changed, with the numbers of the commands and of the applies that did, each in their order. */
export interface TouchedBlocks {
  lbas: Places;
  commands: NumbersByPlace;
  applies: NumbersByPlace;
}

export function touchedBlocks(history: History): TouchedBlocks {
  const lbas = new Places();
  const commands = new NumbersByPlace();
  const applies = new NumbersByPlace();
  for (const command of history.commands) {
    if (!changesMedium(command)) continue;
    forEachBlock(command, (lba) => commands.add(lbas.of(lba), command.id));
  }
  for (const { id, slba, blocks, appliedAt } of history.applies) {
    if (appliedAt === never) continue;
    for (let lba = slba; lba < slba + blocks; lba++) applies.add(lbas.of(lba), id);
  }
  return { lbas, commands, applies };
}
