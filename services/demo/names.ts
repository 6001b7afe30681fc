import type { Dice } from "@/lib/random/dice.ts";

/** First and last names by region. All people made of them are invented. */
const REGIONS: readonly (readonly [readonly string[], readonly string[]])[] = [
  [
    ["Aarav", "Diya", "Kabir", "Nandini", "Rahul", "Sneha", "Vivaan", "Zoya"],
    ["Kulkarni", "Chatterjee", "Reddy", "Menon", "Bhosale", "Ahuja", "Qureshi", "Pillai"],
  ],
  [
    ["Lukas", "Amélie", "Sofia", "Mateusz", "Ingrid", "Giulia", "Pádraig", "Zsófia"],
    ["Brandt", "Lefèvre", "Novák", "Kowalczyk", "Sørensen", "Bianchi", "Ó Ceallaigh", "Szabó"],
  ],
  [
    ["Amara", "Kwame", "Thandiwe", "Tunde", "Wanjiru", "Selam", "Moussa", "Zanele"],
    ["Adeyemi", "Mensah", "Dlamini", "Kamau", "Tesfaye", "Diallo", "Nkosi", "Banda"],
  ],
  [
    ["Haruto", "Mei", "Minh", "Ji-woo", "Siti", "Arthit", "Xinyi", "Bayu"],
    ["Tanaka", "Lin", "Nguyen", "Park", "Rahmawati", "Suwan", "Zhao", "Wijaya"],
  ],
  [
    ["Camila", "Mateo", "Valentina", "Thiago", "Harper", "Diego", "Olivia", "Joaquín"],
    ["Rojas", "Oliveira", "Castillo", "Walker", "Bennett", "Quispe", "MacLeod", "Fernández"],
  ],
  [
    ["Omar", "Layla", "Yusuf", "Noor", "Darius", "Shirin", "Elif", "Tariq"],
    ["Haddad", "Al-Farsi", "Yılmaz", "Rahimi", "Mansour", "Khoury", "Demir", "Nasser"],
  ],
];

/** Names that a page must have room for: a long one, and such as are read from the right. */
export const WIDE_NAMES: readonly string[] = [
  "María Fernanda Guadalupe del Carmen Villanueva-Echeverría y Santisteban de la Cruz Montemayor",
  "ليلى حدّاد المنصوري",
  "נועה בן־ארי",
];

export function inventName(dice: Dice): string {
  const [first, last] = dice.pick(REGIONS);
  return `${dice.pick(first)} ${dice.pick(last)}`;
}
