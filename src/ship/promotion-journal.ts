import type { Emit } from '../kernel/run-events.ts';
import type { PromotionEffect, PromotionJournal } from './promotion.ts';

/** Writes what happens to tags of a repository as events of a step: an intent is on the disk before its effect. */
export function createPromotionJournal(
  emit: Emit,
  at: { readonly step: string; readonly repository: string },
): PromotionJournal {
  const { step, repository } = at;
  return {
    intent: (effect) => emit({ type: 'effect.intent', step, ...toEffect(effect, repository) }),
    done: (effect) => emit({ type: 'effect.done', step, ...toEffect(effect, repository) }),
    notice: (message) => emit({ type: 'notice', step, message }),
  };
}

function toEffect(
  effect: PromotionEffect,
  repository: string,
): { readonly effect: string; readonly details: Record<string, unknown> } {
  if (effect.kind !== 'tag') {
    const { kind, ...details } = effect;
    return { effect: kind, details: { repository, ...details } };
  }
  const returning = effect.isReturn === true ? { isReturn: true } : {};
  return { effect: 'tag', details: { repository, ...effect.move, ...returning } };
}
