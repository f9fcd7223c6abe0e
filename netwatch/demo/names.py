"""Names of the synthetic province. Only the top unit bears a real one; 'Mẫu' (sample) stands in every other. Pure."""

from netwatch.demo.dice import Dice

# The top unit: name and code by QĐ 19/2025/QĐ-TTg.
PROVINCE_CODE = "68"
PROVINCE = "Lâm Đồng"
# Far above the codes of QĐ 19/2025, so that no invented commune is taken for a real one.
FIRST_COMMUNE_CODE = 90001
COMMUNE_CODES = 9999

_LANDSCAPE = (
    "Đồi", "Suối", "Rừng", "Hồ", "Thác", "Đèo", "Thung Lũng", "Cao Nguyên", "Đồng", "Bến", "Vườn", "Nương",
    "Dốc", "Gềnh", "Bãi", "Núi",
)  # fmt: skip
_COLOUR = (
    "Thông Xanh", "Mây Trắng", "Dã Quỳ", "Sương Mai", "Nắng Vàng", "Gió Ngàn", "Chè Biếc", "Cà Phê", "Lan Rừng",
    "Mai Anh", "Phượng Tím", "Cẩm Tú", "Bồ Câu", "Trăng Non", "Sao Khuê", "Mưa Phùn", "Lúa Mới", "Tre Ngà",
    "Sim Tím", "Hoàng Hôn", "Bình Minh", "Chim Ca",
)  # fmt: skip
_FIELDS = (
    "Nội vụ", "Tài chính", "Xây dựng", "Y tế", "Công thương", "Tư pháp", "Nông nghiệp và Môi trường",
    "Khoa học và Công nghệ", "Giáo dục và Đào tạo", "Văn hóa, Thể thao và Du lịch", "Dân tộc và Tôn giáo",
    "Thanh tra",
)  # fmt: skip

PROVIDERS = ("Viễn thông Mẫu A", "Viễn thông Mẫu B")
MOBILE_PROVIDER = "Di động Mẫu C"
# A name that nobody can have (RFC 2606).
PORTAL = "cong.mau.example"
OFFICE_HOURS = "T2-T6 07:30-11:30, 13:30-17:00"
ALWAYS = "24/7"


def commune(number: int, dice: Dice) -> str:
    """The invented proper name of the commune with this number (from 0); no two are equal."""
    size = len(_LANDSCAPE) * len(_COLOUR)
    # A step coprime to the number of pairs visits every pair once before any comes again.
    place = (number * 97 + dice.between("names", 0, size - 1)) % size
    again = f" {number // size + 1}" if number >= size else ""
    return f"Mẫu {_LANDSCAPE[place // len(_COLOUR)]} {_COLOUR[place % len(_COLOUR)]}{again}"


def department(number: int) -> str:
    """The invented name of the department with this number (from 0)."""
    again = f" {number // len(_FIELDS) + 1}" if number >= len(_FIELDS) else ""
    return f"Sở Mẫu {_FIELDS[number % len(_FIELDS)]}{again}"


def area(number: int) -> str:
    """The invented name of the area centre with this number (from 0)."""
    return f"Trung tâm khu vực Mẫu {number + 1}"


def phone(number: int) -> str:
    """A number nobody can have: the trunk prefix followed by no area code."""
    return f"0000 {number // 1000:03d} {number % 1000:03d}"
