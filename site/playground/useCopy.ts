import { ref } from 'vue';

/** Copies text, and says that it has, until it is told to `forget` what it said. Where the browser does not let it, the text is there to be copied by hand. */
export function useCopy() {
  const said = ref('');
  const byHand = ref('');
  const forget = () => (said.value = byHand.value = '');

  async function copy(what: string, make: () => string | Promise<string>): Promise<void> {
    byHand.value = '';
    let text;
    try {
      text = await make();
    } catch (error) {
      said.value = (error as Error).message;
      return;
    }
    try {
      await navigator.clipboard.writeText(text);
      said.value = `Copied the ${what}.`;
    } catch {
      said.value = `The browser does not let this page copy. Here is the ${what}:`;
      byHand.value = text;
    }
  }

  return { said, byHand, copy, forget };
}
