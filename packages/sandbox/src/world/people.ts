import type { RandomStream } from '../random.ts'

export interface Person {
  given: string
  family: string
  gender: 'FEMALE' | 'MALE' | 'OTHER' | 'PREFER_NOT_TO_DISCLOSE' | null
}

/** A name from one culture, whole: given and family name belong together, in the script people there often use at work. */
export function inventPerson(random: RandomStream): Person {
  const culture = random.pick(cultures)
  const woman = random.chance(0.5)
  const draw = random.next()
  const gender = draw < 0.93 ? (woman ? 'FEMALE' : 'MALE') : draw < 0.95 ? 'OTHER' : draw < 0.98 ? 'PREFER_NOT_TO_DISCLOSE' : null
  return { given: random.pick(woman ? culture.women : culture.men), family: random.pick(culture.families), gender }
}

/** The part of an e-mail address before the @: ASCII, lower case, never empty. */
export function mailName(person: Person, number: number): string {
  const plain = (text: string) =>
    text
      .normalize('NFKD')
      .replace(/[łŁ]/g, 'l')
      .replace(/[øØ]/g, 'o')
      .replace(/[đĐ]/g, 'd')
      .replace(/ß/g, 'ss')
      .replace(/[^A-Za-z]/g, '')
      .toLowerCase()
  return [plain(person.given) || 'person', plain(person.family), number].filter(Boolean).join('.')
}

const cultures = [
  culture(
    'Amara Ngozi Chioma Adaeze Folake Yetunde',
    'Chinedu Emeka Tunde Babajide Ifeanyi Oluwaseun',
    'Okafor Adeyemi Eze Balogun Nwosu Okonkwo',
  ),
  culture(
    'Ana Beatriz Camila Larissa Mariana Júlia',
    'João Thiago Rafael Caio Luís Antônio',
    'Silva Souza Gonçalves Araújo Conceição Magalhães',
  ),
  culture('Lucía Sofía Ximena Inés Begoña María', 'Álvaro Íñigo Mateo Andrés José Ramón', 'García Núñez Ibáñez Rodríguez Peña Muñoz'),
  culture(
    'Hannah Käthe Jördis Lena Frieda Annika',
    'Jürgen Björn Lukas Matthias Sören Felix',
    'Müller Weiß Schröder Großmann Vogel Krämer',
  ),
  culture(
    'Zoé Chloé Élodie Maëlle Inès Camille',
    'François Étienne Loïc Hervé Théo Gaël',
    'Lefèvre Béranger Moreau D’Aubigné Rousseau Gauthier',
  ),
  culture(
    'Zofia Agnieszka Małgorzata Łucja Kinga Halina',
    'Łukasz Paweł Wojciech Michał Kazimierz Jan',
    'Wójcik Kowalski Wiśniewski Dąbrowski Zieliński Szczęsny',
  ),
  culture(
    'Priya Ananya Kavya Lakshmi Meera Sunita',
    'Arjun Rohan Vikram Karthik Sanjay Aditya',
    'Iyer Sharma Patel Reddy Chatterjee Krishnamurthy',
  ),
  culture('Yuki Sakura Aoi Haruka Misaki Naomi', 'Haruto Kenji Takumi Ren Daichi Hiroshi', 'Satō Suzuki Takahashi Kobayashi Ōno Yamaguchi'),
  culture('Mei Xiuying Lihua Jing Fang Yan', 'Wei Jun Hao Ming Tao Lei', 'Wang Chen Zhang Liu Huang Lü'),
  culture('Fatima Layla Noor Yasmin Amina Salma', 'Omar Khalid Yusuf Tariq Hassan Karim', 'Al-Farsi Haddad El-Sayed Mansour Khoury Nasser'),
  culture(
    'Emily Grace Olivia Siân Niamh Aoife',
    'James Oliver Harry Owain Seán Cian',
    'Smith O’Brien MacDonald Taylor-Reed Llewellyn Murphy',
  ),
  culture('Linh Ngọc Thảo Hương Mai Trang', 'Minh Đức Hùng Quân Tuấn Phúc', 'Nguyễn Trần Phạm Võ Đặng Bùi'),
  culture(
    'Ingrid Sigrún Åsa Freja Linnéa Maja',
    'Øyvind Magnus Åke Søren Lars Bjarne',
    'Jónsdóttir Sørensen Lindqvist Håkansson Ødegård Nyström',
  ),
  culture(
    'Leilani Kalea Moana Nalani Anahera Mere',
    'Kai Keoni Tane Wiremu Manu Rangi',
    'Kealoha Parata Tuimavave Ngata Kahananui Te_Rangi',
  ),
]

function culture(women: string, men: string, families: string) {
  return { women: words(women), men: words(men), families: words(families) }
}

function words(text: string): string[] {
  return text.split(' ').map((word) => word.replace('_', ' '))
}
