"""The collection's licence and how it is cited, as files beside its images."""

COLLECTION_LICENCE = "CC BY 3.0"

LICENCE_TEXT = """The images and segmentations in this folder are of the collection NSCLC Radiogenomics of The Cancer
Imaging Archive, unchanged. Licence: Creative Commons Attribution 3.0 Unported (CC BY 3.0),
https://creativecommons.org/licenses/by/3.0/
If you use them or pass them on, name the authors as in CITATION.txt. Do not identify the people in them, and do not try
to (data usage policy of The Cancer Imaging Archive).
"""

CITATION_TEXT = """Data:
  Bakr S, Gevaert O, Echegaray S, Ayers K, Zhou M, Shafiq M, Zheng H, Zhang W, Leung A, Kadoch M, Shrager J, Quon A,
  Rubin D, Plevritis S, Napel S. Data for NSCLC Radiogenomics (Version 4). The Cancer Imaging Archive, 2017.
  https://doi.org/10.7937/K9/TCIA.2017.7hs46erv
Paper:
  Bakr S, Gevaert O, Echegaray S, et al. A radiogenomic dataset of non-small cell lung cancer. Sci Data 5:180202 (2018).
  https://doi.org/10.1038/sdata.2018.202
Archive:
  Clark K, Vendt B, Smith K, et al. The Cancer Imaging Archive (TCIA): maintaining and operating a public information
  repository. J Digit Imaging 26:1045 (2013). https://doi.org/10.1007/s10278-013-9622-7
Store:
  Fedorov A, Longabaugh WJR, Pot D, et al. National Cancer Institute Imaging Data Commons. RadioGraphics 43:e230180
  (2023). https://doi.org/10.1148/rg.230180
"""
