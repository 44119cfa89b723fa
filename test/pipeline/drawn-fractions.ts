/** Fractions that differ from each other, and from run to run do not. */
export function drawnFractions(): { fraction(): number } {
  let state = 1;
  return {
    fraction: () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    },
  };
}
