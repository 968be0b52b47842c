"""Small files in the form of the collection's own."""

HEADER = (
    "Case ID,Patient affiliation,Age at Histological Diagnosis,Weight (lbs),Gender,Ethnicity,Smoking status,Pack Years,"
    "Quit Smoking Year,%GG,Histology ,Pathological T stage,Pathological N stage,Pathological M stage,"
    "EGFR mutation status,KRAS mutation status,ALK translocation status,CT Date"
)


def label_line(case="R01-001", **changed):
    """One line of a label file; a changed value stands under its column's name in small letters."""
    values = {
        "case": case,
        "affiliation": "Stanford",
        "age": "67",
        "weight": "Not Collected",
        "gender": "Female",
        "ethnicity": "Caucasian",
        "smoking": "Nonsmoker",
        "pack": "N/A",
        "quit": "N/A",
        "gg": "0%",
        "histology": "Adenocarcinoma",
        "t": "T1a",
        "n": "N0",
        "m": "M0",
        "egfr": "Mutant",
        "kras": "Wildtype",
        "alk": "Wildtype",
        "ct": "8/10/1994",
    }
    assert set(changed) <= set(values)
    return ",".join((values | changed).values())


def label_file(folder, *lines, header=HEADER):
    path = folder / "labels.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path
